"""Audio as arrays: decoding, AAC encoding, measurement.

audio             decode any file; read and write WAV clips
aac               encode to AAC-LC
decode            decode a film's audio track from the first packet to the last
loudness          measure and normalise loudness; meter, K-weighted power of a track that is made of parts
likeness          what encoding has left of a clip
stereo            missing and out-of-phase channels
discontinuities   clicks, dropouts and bursts of noise; periodicity, which of them are music
clipping          runs of samples at full scale
hum               sound that never changes
speech            where somebody may be speaking
"""
