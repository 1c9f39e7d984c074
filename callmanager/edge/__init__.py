"""The line between the edge and the application: registrations come in, dropped cache entries go out."""
