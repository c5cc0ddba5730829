"""OpenAI: scripts, pictures (the DALL-E slot) and verdicts on them, voice, word times."""

from video_platform.providers.vendors.openai.alignment import OpenAIAlignment
from video_platform.providers.vendors.openai.images import OpenAIImages
from video_platform.providers.vendors.openai.judge import OpenAIJudge
from video_platform.providers.vendors.openai.scripts import OpenAIScripts
from video_platform.providers.vendors.openai.voice import OpenAIVoice

PROVIDERS = (OpenAIScripts, OpenAIImages, OpenAIVoice, OpenAIAlignment, OpenAIJudge)
