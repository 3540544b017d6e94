"""What runs anywhere: reading installed distributions, identity, step, judgement.

The tool uses these modules itself, and they can be packed and carried to a slim image. So here: the standard
library only, the syntax of Python 3.6, and no import of ours but ``lineage.errors`` and this package.
"""
