import { ask, EdgeRequest } from "./edgeClient";
import { isSlow, Load } from "./load";

/** Asks an edge evenly: GET and POST by turns, and every fiftieth request takes three seconds. */
export function edgeLoad(port: number, asked: EdgeRequest, perSecond: number): Load {
    return new Load(async (index) => {
        if (isSlow(index)) {
            return (await ask(port, "/slow?ms=3000", asked)).status;
        }
        const post = {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ value: `row ${index}` }),
        };
        return (await ask(port, "/rows", index % 2 === 0 ? asked : { ...asked, ...post })).status;
    }, perSecond);
}
