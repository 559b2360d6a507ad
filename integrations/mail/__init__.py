"""Letters by e-mail: what is in them, and the handing over to a mail server."""
