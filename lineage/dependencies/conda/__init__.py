"""Files of conda, conda-lock, mamba and pixi."""
