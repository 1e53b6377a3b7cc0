"""The network of the sandbox, all of it on loopback: addresses, TLS, proxies."""
