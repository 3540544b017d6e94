"""A pickle walked opcode by opcode: which modules it names. Nothing is imported or built."""
