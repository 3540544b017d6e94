"""Dockerfiles: the base image, and what the build installs."""
