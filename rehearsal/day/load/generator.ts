import { LoadArgs } from "./messages";
import { Requests } from "./requests";

/** A load in a process of its own: neither holds up what the rehearsal's process simulates, nor is held up by it. */
const stop = new AbortController();
process.once("message", (args) => {
    process.on("message", () => stop.abort());
    void new Requests(args as LoadArgs).run(stop.signal).then((result) => {
        process.send?.(result, () => process.exit(0));
    });
});
// Ctrl-C reaches the whole group: the rehearsal itself says when to stop. Without it there is nobody to tell.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(1));
