"""Where a model may be served: one module for each kind of target, ``spec`` the only list of them."""
