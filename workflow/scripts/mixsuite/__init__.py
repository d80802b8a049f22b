"""What the steps of the suite share: one room (sub-package or module) per idea, see docs/architecture.md."""
