"""Value types and rules without dependencies."""
