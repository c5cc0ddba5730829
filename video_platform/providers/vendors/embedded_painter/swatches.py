"""The curated colours. Each row: name, ground, ink, panel, accent, second accent."""

NEUTRAL_MOOD = "corporate"
"""Used for moods without palettes of their own."""

MOODS: dict[str, dict[str, tuple[str, ...]]] = {
    "calm": {
        "light": (
            "lagoon F2F6F3 12312F 1D5B56 E9A15B 8CC4B6",
            "mist F3F5F9 1A2940 2F4C7D F0997A A6BFE2",
            "linen F7F4EE 2A2F2B 4B6455 D98E5F B9CBB4",
        ),
        "dark": (
            "deepwater 0C2026 EAF3F1 16404A 7FD3C3 EDBB74",
            "dusk 151A31 EDEFF9 28325E 9FB4FF F2B9A2",
        ),
        "vivid": (
            "sage 275E56 F6FBF8 1A443E F7CB94 9FD9C7",
            "slate 3A5478 F6F9FD 26395A F8C7A4 A9C6F0",
        ),
    },
    "upbeat": {
        "light": (
            "citrus FFF8EB 2B1B3D 55288A FF8A3D FFD166",
            "pool F1F8FC 0D2B45 0B5C9E FF6F4E 8FD3FA",
            "garden F5FAF0 16301F 0F6B4C F7A823 9FDB8C",
        ),
        "dark": (
            "festival 1B1136 F8F4FF 3B2477 FFB627 FF78A8",
            "lime 10211C F2FAF4 1B4A3B C5F26B 5FD6B4",
        ),
        "vivid": (
            "tangerine BF3F1B FFF8F0 86260D FFD07A FFB595",
            "ultra 4A2BC2 F8F6FF 31198A FFD24A FF9BC2",
        ),
    },
    "inspiring": {
        "light": (
            "dawn FFF6F0 2A1B3A 5B2E6E FF7D58 FFC49B",
            "horizon F2F7FD 10253F 1B4F92 FFAA33 98C5F5",
            "meadow F6F8EF 20301E 2F6B3F F0A63A B5D698",
        ),
        "dark": (
            "aurora 0B1B2B EDF6FB 133E5C 5FE0C0 A39BFF",
            "summit 1A1530 F6F2FC 3B2A6B FFB36B C5A3FF",
        ),
        "vivid": (
            "cobalt 1D4FB8 F6F9FF 12357F FFC857 9CC7FF",
            "plum 6B2A6F FFF6FC 481A4C FFB86B F3A6D4",
        ),
    },
    "dramatic": {
        "light": (
            "ember FAF5F1 241614 7A1F1B E8552F E9B89A",
            "ash F4F3F1 1C1B1E 33313A D4442C C5BFC0",
        ),
        "dark": (
            "crimson 160D10 FBF1EF 53161C FF6A4D E9B48C",
            "obsidian 101216 F2F4F7 2A303B F2B544 8FA6C4",
            "storm 0E1A24 EEF4F8 1E3E55 FF8A5C 86B6D6",
        ),
        "vivid": (
            "blood 8E1B22 FFF5F2 5C0E14 FFC46B FF9F8F",
            "ink 1F2A44 F6F8FC 121A2E FF7A59 9DB4E0",
        ),
    },
    "warm": {
        "light": (
            "terracotta FBF3EA 3A2018 9C4A2C E0912F F0C29A",
            "apricot FFF5EC 33211C 7D3B3B F28C5B F7CBA8",
            "honey FCF7E9 33270F 6B4E16 E39A1E EED28B",
        ),
        "dark": (
            "hearth 23120F FCF1E8 5B2B1E FFB067 F08C78",
            "cocoa 1E1714 F8F0E8 4A352B F2B77E C9A58B",
        ),
        "vivid": (
            "brick 9A3F26 FFF7EF 6E2814 FFD08C FFB08F",
            "rosewood 7B3346 FFF5F5 54202F FFC08A F5A9B4",
        ),
    },
    "playful": {
        "light": (
            "bubble FFF5F9 2C1A4A 6B3FD4 FF6FA5 FFD25E",
            "mint F0FBF6 15304A 0E6A74 FF7F6B FFD873",
            "sorbet FFF9EF 33204E 2C57C9 FF8552 8FDCC2",
        ),
        "dark": (
            "arcade 17123A F7F5FF 3A2C8C FF86C0 6BE3E0",
            "lagoonight 0D2436 F0FAFC 155170 FFD15C FF8FA0",
        ),
        "vivid": (
            "grape 5E2FC0 FBF8FF 411C92 FFD84F FF9FCB",
            "teal 0B6B70 F3FDFC 07494D FFD166 FFA48C",
        ),
    },
    "tense": {
        "light": (
            "steel F2F4F5 151B21 27323D E2492F B3C0CA",
            "concrete F3F2EF 1B1A18 3B3936 D9421F C9C2B6",
        ),
        "dark": (
            "signal 0D1115 F1F4F6 242E38 FF5A3C A9B9C6",
            "sodium 14120D F8F4EA 3A3320 FFB52E C0B28E",
            "sonar 08171A EAF6F4 12393D 4FE3B2 E5B567",
        ),
        "vivid": (
            "alarm A62A1C FFF6F2 6F170D FFCB5C FFAA96",
            "petrol 12454D F2FBFB 0A2D33 FF9F5C 8FD3D0",
        ),
    },
    "corporate": {
        "light": (
            "atlantic F3F6FA 0F2238 16467F FF8F4A 9FC2E8",
            "graphite F5F5F3 1B1F24 2D3947 E0703A B7C3CF",
            "forest F3F7F4 10281F 14553F F0A53C A3D1B6",
        ),
        "dark": (
            "harbour 0C1A2C EEF4FB 173A63 62C6FF FFB875",
            "carbon 14171B F3F5F7 2E3641 5FD7B8 F5BE6A",
        ),
        "vivid": (
            "royal 1B46A0 F6F9FF 112E6E FFC266 9CC3FF",
            "pine 14573F F4FCF8 0C3A29 FFCB74 94DDB8",
        ),
    },
}
