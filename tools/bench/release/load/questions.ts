/** A request of the load, and the body that has to come back. */
export interface Question {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly body?: Buffer;
    readonly expected: string;
    /** Whether it may use a connection that an earlier request has left open. */
    readonly keepAlive: boolean;
}

/** Bodies of three sizes: a form, a document, and one that does not fit into one packet of the loopback device. */
const BODIES = [300, 5000, 80_000].map((size) => Buffer.alloc(size, "b"));

/** Every fiftieth request is slow: 2 %. */
const SLOW_EVERY = 50;

/**
 * The request at a place in the row. GET and POST by turns, half of each on a connection of its own; the same place always
 * asks the same.
 */
export function questionAt(index: number): Question {
    const keepAlive = Math.floor(index / 2) % 2 === 0;
    if (index % SLOW_EVERY === SLOW_EVERY - 1) {
        return { method: "GET", path: `/slow?n=${index}`, expected: `${index} waited`, keepAlive };
    }
    if (index % 2 === 0) {
        return { method: "GET", path: `/?n=${index}`, expected: `${index} seen`, keepAlive };
    }
    const body = BODIES[Math.floor(index / 4) % BODIES.length] ?? Buffer.alloc(0);
    return {
        method: "POST",
        path: `/?n=${index}`,
        body,
        expected: `${index} took ${body.length}`,
        keepAlive,
    };
}
