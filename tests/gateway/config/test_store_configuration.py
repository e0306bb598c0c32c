import re
from pathlib import Path

from gateway.config.load import load_settings

ROOT = Path(__file__).parents[3]


def test_the_one_machine_store_s_configuration_is_valid():
    file = ROOT / "fusion" / "gateway.yaml"
    names = re.findall(r"\$\{env\.(\w+)", file.read_text())
    environment = dict.fromkeys(names, "postgresql://0123456789abcdef")
    environment |= {"FUSION_PORT": "4000", "FUSION_ADMIN_PORT": "4001"}
    load_settings(file, environment)
