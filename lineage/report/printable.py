"""Text of anyone's making, as it may be shown."""

from lineage.system.streams import printable as printable
