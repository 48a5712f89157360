import { Pacing } from "../../../pace";

/** What the load generator is told when it starts. */
export interface LoadOptions extends Pacing {
    /** Port of the loopback address. */
    readonly port: number;
    /** Websockets that are held open. */
    readonly sockets: number;
}

/** What became of the websockets. */
export interface SocketCounts {
    /** How often one was opened, the first time and after each end. */
    readonly opened: number;
    /** Ends that the app announced by a close frame. */
    readonly closeFrames: number;
    /** Ends without one. */
    readonly cut: number;
}

/** What became of a load. */
export interface LoadResult {
    readonly requests: number;
    readonly lost: number;
    /** What was lost, by its kind: `status 502`, `ECONNRESET`, `timeout`, `wrong body`. */
    readonly lostBy: Readonly<Record<string, number>>;
    readonly websockets: SocketCounts;
    readonly seconds: number;
}

/** What the generator says while it runs. */
export type LoadMessage =
    | { readonly kind: "progress"; readonly requests: number }
    /** The first answer of a version, with the time of the machine's clock. */
    | { readonly kind: "version"; readonly version: string; readonly at: number }
    | { readonly kind: "result"; readonly result: LoadResult };
