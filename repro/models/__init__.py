"""The networks of the method, one file per idea of the paper's §3.1 and §3.2."""
