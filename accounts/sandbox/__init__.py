"""A stand-in for Descope, for a machine with no account and no network.

It answers the HTTP calls of the real service, so the SDK and the web component work with it unchanged.
Delete this folder and what config/ says of it, and the site runs on with a Descope project.
"""
