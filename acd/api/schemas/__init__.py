"""What goes over the wire: pydantic models that validate what comes in and describe what goes out."""
