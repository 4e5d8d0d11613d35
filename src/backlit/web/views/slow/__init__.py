"""The view of slow learning."""
