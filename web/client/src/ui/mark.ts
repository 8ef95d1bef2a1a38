/** The product's mark, in a square of 28: a closed ring that opens as a C, and in it what was found. One colour. Pure. */

export const SIZE = 28;
export const MIDDLE = SIZE / 2;
/** To the middle of the ring's stroke. */
export const RADIUS = 10.25;
export const STROKE = 3.5;
/** Half the opening, in radians. */
export const OPENING = (42 * Math.PI) / 180;
/** From the middle to a corner of the diamond. */
export const DIAMOND = 5;

const across = RADIUS * Math.cos(OPENING);
const up = RADIUS * Math.sin(OPENING);
const short = (number: number): string => String(Math.round(number * 100) / 100);

export const RING_PATH = `M${short(MIDDLE + across)} ${short(MIDDLE - up)}A${RADIUS} ${RADIUS} 0 1 0 ${short(MIDDLE + across)} ${short(MIDDLE + up)}`;
export const DIAMOND_PATH = `M${MIDDLE} ${MIDDLE - DIAMOND}L${MIDDLE + DIAMOND} ${MIDDLE}L${MIDDLE} ${MIDDLE + DIAMOND}L${MIDDLE - DIAMOND} ${MIDDLE}Z`;
