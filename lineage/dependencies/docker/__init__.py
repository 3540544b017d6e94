"""Descriptions of images and what serves in them: the base image, and what the build installs."""
