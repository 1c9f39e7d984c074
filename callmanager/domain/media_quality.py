"""How good a call sounded: mean opinion score (1 to 4.5) from RTP figures by the E-model.

ITU-T G.107 with its default values, reduced to what RTP can tell: R = 93.2 - Id(delay) - Ie,eff(codec, loss).
"""

from __future__ import annotations

from dataclasses import dataclass

# R0 - Is with all parameters of G.107 at their defaults.
_BASE_R = 93.2


@dataclass(frozen=True, slots=True)
class CodecQuality:
    """G.107's `Ie` (impairment without loss) and `Bpl` (robustness against loss)."""

    impairment: float
    loss_robustness: float


# G.113 Appendix I where it has a value: G.711 with concealment, G.729, GSM full rate (the last without a Bpl,
# so that of GSM-EFR stands in). Wideband codecs are rated on the scale of narrow-band telephony, where
# nothing impairs them; their concealment is taken to be as good as that of G.711.
_CODECS = {
    "PCMU": CodecQuality(0.0, 25.1),
    "PCMA": CodecQuality(0.0, 25.1),
    "G722": CodecQuality(0.0, 25.1),
    "OPUS": CodecQuality(0.0, 25.1),
    "G729": CodecQuality(10.0, 19.0),
    "GSM": CodecQuality(20.0, 10.0),
}
_UNKNOWN_CODEC = CodecQuality(10.0, 10.0)

# Frame and look-ahead of the sender, and the playing out at the receiver.
_FIXED_DELAY_MS = 30.0


def mean_opinion_score(codec: str, *, loss_percent: float, jitter_ms: float, round_trip_ms: float) -> float:
    """Two decimals. A jitter buffer is taken to hold back twice the jitter."""
    delay_ms = round_trip_ms / 2 + 2 * jitter_ms + _FIXED_DELAY_MS
    rating = _BASE_R - _delay_impairment(delay_ms) - _loss_impairment(codec, loss_percent)
    return round(score_of_rating(rating), 2)


def loss_percent(received: int, lost: int) -> float:
    """Share of the packets sent that never came; 0 where nothing was sent."""
    sent = received + lost
    return 100.0 * max(lost, 0) / sent if sent > 0 else 0.0


def _delay_impairment(delay_ms: float) -> float:
    # Cole and Rosenbluth, "Voice over IP performance monitoring" (2001): G.107's Id in two straight lines.
    return 0.024 * delay_ms + 0.11 * max(delay_ms - 177.3, 0.0)


def _loss_impairment(codec: str, loss: float) -> float:
    # G.107 (7-29) with random loss (BurstR = 1).
    quality = _CODECS.get(codec.upper().split("/")[0], _UNKNOWN_CODEC)
    return quality.impairment + (95.0 - quality.impairment) * loss / (loss + quality.loss_robustness)


def score_of_rating(rating: float) -> float:
    """From G.107's R to MOS (its Annex B)."""
    if rating <= 0:
        return 1.0
    if rating >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6)
