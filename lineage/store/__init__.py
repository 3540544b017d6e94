"""Manifests as files in a repository."""
