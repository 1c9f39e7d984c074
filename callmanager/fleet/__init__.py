"""What all tenants share, in the public schema: the SIP directory, registrations, workers, calls and their CDRs."""
