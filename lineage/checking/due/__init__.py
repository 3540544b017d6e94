"""What makes one model due: packages, code, its stage of DVC, Python and system."""
