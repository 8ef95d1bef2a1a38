"""The core's edge: HTTP under /cen/v1 for programs, pages under /cen for people. The only Starlette of `cen_core`."""
