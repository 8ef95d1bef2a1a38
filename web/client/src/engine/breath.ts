/** Long work in the worker gives way from time to time: what a screen asks meanwhile is answered in between. */

const LONGEST_MS = 40;

let since = 0;

/** Call often in long work. Costs nothing until it has run for some frames; then whatever else waits has its turn. */
export async function breathe(): Promise<void> {
  if (performance.now() - since < LONGEST_MS) return;
  await anotherTurn();
  since = performance.now();
}

/** A timer would come late: browsers hold back those that follow one another. */
function anotherTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}
