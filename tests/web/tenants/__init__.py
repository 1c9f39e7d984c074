"""Scope, sign-in, schemas."""
