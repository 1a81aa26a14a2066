"""What the public pages show."""


def masked_name(name: str) -> str:
    """ "J*** D***": enough for its owner to know it, too little for anybody else."""
    return " ".join(f"{part[0]}***" for part in name.split() if part)
