/**
 * Numbers that carry a check digit: containers, ships, postal items, air waybills (twin of `templates_forms.check_digits`).
 * Small letters, spaces and hyphens do not matter.
 */

const POSTAL_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7] as const;

function plain(text: string): string {
  return text.replace(/[ -]/g, "").replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

function sumOf(signs: string, weigh: (sign: string, place: number) => number): number {
  return [...signs].reduce((sum, sign, place) => sum + weigh(sign, place), 0);
}

/** ISO 6346: owner, category U, J or Z, six figures; weights are powers of two, remainder 10 counts as 0. */
export function isContainer(text: string): boolean {
  const number = plain(text);
  if (!/^[A-Z]{3}[UJZ][0-9]{7}$/.test(number)) return false;
  return (sumOf(number.slice(0, 10), (sign, place) => letterValue(sign) * 2 ** place) % 11) % 10 === Number(number[10]);
}

/** A is 10, and so on without the multiples of 11. */
function letterValue(sign: string): number {
  if (sign >= "0" && sign <= "9") return Number(sign);
  const order = sign.charCodeAt(0) - 55;
  return order + Math.floor((order - 1) / 10);
}

/** IMO ship number, with or without `IMO` in front: the last figure of the sum weighted 7 to 2. */
export function isImoNumber(text: string): boolean {
  const figures = /^(?:IMO)?([0-9]{7})$/.exec(plain(text))?.[1];
  if (figures === undefined) return false;
  return sumOf(figures.slice(0, 6), (sign, place) => Number(sign) * (7 - place)) % 10 === Number(figures[6]);
}

/** UPU S10: service, eight figures, a check digit modulo 11, country. */
export function isPostalItem(text: string): boolean {
  const number = plain(text);
  if (!/^[A-Z]{2}[0-9]{9}[A-Z]{2}$/.test(number)) return false;
  const rest = 11 - (sumOf(number.slice(2, 10), (sign, place) => Number(sign) * POSTAL_WEIGHTS[place]!) % 11);
  return (rest === 10 ? 0 : rest === 11 ? 5 : rest) === Number(number[10]);
}

/** IATA: prefix of the airline, seven figures, their remainder modulo 7. */
export function isAirWaybill(text: string): boolean {
  const number = plain(text);
  return /^[0-9]{11}$/.test(number) && Number(number.slice(3, 10)) % 7 === Number(number[10]);
}
