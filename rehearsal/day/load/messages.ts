/** A load of requests over HTTPS, from outside, on one app. */
export interface LoadArgs {
    /** `address:port` of the only name server. */
    readonly nameServer: string;
    /** Authorities that are trusted, as PEM. */
    readonly authorities: readonly string[];
    /** `https://quiz.example.com`. */
    readonly origin: string;
    /** Path that is asked where the app is not the sample app. */
    readonly healthPath: string;
    /** Whether it is the sample app, of which it is known what to ask and what is right. */
    readonly isSample: boolean;
    /** Whether the sample app keeps rows: then one request in five writes one. */
    readonly keepsRows: boolean;
    readonly perSecond: number;
    /** When it ends by itself. */
    readonly mostSeconds: number;
}

/** What became of a load. */
export interface LoadResult {
    readonly requests: number;
    readonly lost: number;
    /** How they were lost, each kind with its number. */
    readonly lostBy: Readonly<Record<string, number>>;
    /** 95 % were answered within this time, the slow ones left out. */
    readonly p95Ms: number;
}
