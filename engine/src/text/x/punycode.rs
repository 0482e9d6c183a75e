//! How long a domain label is once in punycode.

/// Longest domain label, in punycode (twitter-text 3.x, after RFC 1035).
const LONGEST_LABEL: usize = 63;

/// Whether a label, maybe after half a character, is within the DNS limit once in punycode.
pub(super) fn fits(label: &str, half: Option<u32>) -> bool {
    (1..=LONGEST_LABEL).contains(&punycode_length(label, half))
}

/// Length of a label in punycode (RFC 3492), or anything above the limit if it is surely longer.
fn punycode_length(label: &str, half: Option<u32>) -> usize {
    let points = half.into_iter().chain(label.chars().map(u32::from));
    let points: Vec<u32> = points.take(LONGEST_LABEL + 1).collect();
    if points.len() > LONGEST_LABEL {
        return points.len();
    }
    // The reference's encoder takes the ideographic full stops for dots as well.
    let parts = points.split(|point| matches!(point, 0x3002 | 0xFF0E | 0xFF61));
    parts.map(|part| encoded_length(part) + 1).sum::<usize>() - 1
}

fn encoded_length(points: &[u32]) -> usize {
    if points.iter().all(|&point| point < 0x80) {
        return points.len();
    }
    let basic = points.iter().filter(|&&point| point < 0x80).count();
    let mut length = "xn--".len() + basic + usize::from(basic > 0);
    let (mut code, mut delta, mut bias, mut handled) = (0x80, 0, 72, basic as u32);
    while let Some(&next) = points.iter().filter(|&&point| point >= code).min() {
        delta += (next - code) * (handled + 1);
        code = next;
        for &point in points {
            if point < code {
                delta += 1;
            } else if point == code {
                let first = handled == basic as u32;
                let (mut rest, mut place) = (delta, 36);
                loop {
                    length += 1;
                    let threshold = u32::clamp(place.max(bias) - bias, 1, 26);
                    if rest < threshold {
                        break;
                    }
                    rest = (rest - threshold) / (36 - threshold);
                    place += 36;
                }
                let mut spread = if first { delta / 700 } else { delta / 2 };
                spread += spread / (handled + 1);
                bias = 0;
                while spread > 455 {
                    spread /= 35;
                    bias += 36;
                }
                bias += 36 * spread / (spread + 38);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        code += 1;
    }
    length
}
