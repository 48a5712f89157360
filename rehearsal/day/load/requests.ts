import { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { LookupFunction } from "node:net";
import { text } from "node:stream/consumers";
import { turns } from "../../../tools/pace";
import { Browser } from "../../stage/browser";
import { LoadArgs, LoadResult } from "./messages";

/** The slow ones' three seconds included. */
const PATIENCE_MS = 15_000;
const SLOW_MS = 3000;
const ROWS = "/rows";

/**
 * Requests at an even pace, however long the answers take; of the sample app one in five is a POST with a body, where it keeps
 * rows, and one in fifty takes three seconds; nine in ten on connections that are kept. It never asks again.
 */
export class Requests {
    private readonly browser: Browser;
    private readonly kept = new Agent({ keepAlive: true, maxFreeSockets: 16 });
    private readonly lookup: LookupFunction;
    private readonly lostBy: Record<string, number> = {};
    private readonly times: number[] = [];
    private requests = 0;

    constructor(private readonly args: LoadArgs) {
        this.browser = new Browser(args);
        this.lookup = remembering(this.browser.lookup);
    }

    /** Goes on until it is told to stop, or its time is over; then waits for what is in flight. */
    async run(stop: AbortSignal): Promise<LoadResult> {
        const pending = new Set<Promise<void>>();
        for await (const number of turns(this.args, stop)) {
            const one: Promise<void> = this.ask(number).finally(() => pending.delete(one));
            pending.add(one);
            this.requests += 1;
        }
        await Promise.all(pending);
        this.kept.destroy();
        return this.result(!stop.aborted);
    }

    private result(timedOut: boolean): LoadResult {
        const sorted = [...this.times].sort((a, b) => a - b);
        return {
            requests: this.requests,
            lost: Object.values(this.lostBy).reduce((sum, each) => sum + each, 0),
            lostBy: this.lostBy,
            timedOut,
            p95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
        };
    }

    private async ask(number: number): Promise<void> {
        const began = performance.now();
        try {
            await this.send(number);
            if (!isSlow(number)) {
                this.times.push(performance.now() - began);
            }
        } catch (error) {
            const { code, message } = error as NodeJS.ErrnoException;
            const kind = code ?? message;
            this.lostBy[kind] = (this.lostBy[kind] ?? 0) + 1;
        }
    }

    private async send(number: number): Promise<void> {
        const { origin, isSample } = this.args;
        const path = this.pathOf(number);
        const post = path === ROWS;
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
            const outgoing = request(new URL(path, origin), {
                method: post ? "POST" : "GET",
                agent: number % 10 === 3 ? false : this.kept,
                lookup: this.lookup,
                ca: this.browser.ca,
                headers: post ? { "content-type": "application/json" } : {},
                signal: AbortSignal.timeout(PATIENCE_MS),
            });
            outgoing.once("response", resolve).once("error", reject);
            outgoing.end(post ? JSON.stringify({ value: `load ${number}` }) : undefined);
        });
        const body = await text(response);
        const status = response.statusCode ?? 0;
        // What a proxy says in the app's place is as lost as nothing.
        if (status >= 300 || (isSample && !body.startsWith("{"))) {
            throw new Error(`status ${status}`);
        }
    }

    private pathOf(number: number): string {
        const { isSample, keepsRows, healthPath } = this.args;
        if (!isSample) {
            return healthPath;
        }
        if (isSlow(number)) {
            return `/slow?ms=${SLOW_MS}`;
        }
        return keepsRows && number % 5 === 1 ? ROWS : "/";
    }
}

function isSlow(number: number): boolean {
    return number % 50 === 7;
}

/** Asks for each host once, as browsers do within a record's time. */
function remembering(lookup: LookupFunction): LookupFunction {
    const known = new Map<string, Parameters<Parameters<LookupFunction>[2]>>();
    return (host, options, callback) => {
        const found = known.get(host);
        if (found !== undefined) {
            callback(...found);
            return;
        }
        lookup(host, options, (...answer) => {
            if (answer[0] === null) {
                known.set(host, answer);
            }
            callback(...answer);
        });
    };
}
