"""Providers of identities (OpenID Connect): who somebody is, as their company's sign-in says."""
