"""Pictures that others send: decoded where it hurts nobody, encoded anew, kept once under the hash of what we made."""
