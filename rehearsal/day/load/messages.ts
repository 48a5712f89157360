import { Pacing } from "../../../tools/pace";
import { Outside } from "../../stage/browser";

/** A load of requests over HTTPS, from outside, on one app. */
export interface LoadArgs extends Outside, Pacing {
    /** `https://quiz.example.com`. */
    readonly origin: string;
    /** Path that is asked where the app is not the sample app. */
    readonly healthPath: string;
    /** Whether it is the sample app, of which it is known what to ask and what is right. */
    readonly isSample: boolean;
    /** Whether the sample app keeps rows: then one request in five writes one. */
    readonly keepsRows: boolean;
}

/** What became of a load. */
export interface LoadResult {
    readonly requests: number;
    readonly lost: number;
    /** How they were lost, each kind with its number. */
    readonly lostBy: Readonly<Record<string, number>>;
    /** Whether its time was over before it was stopped: then it does not tell of all that it should. */
    readonly timedOut: boolean;
    /** 95 % were answered within this time, the slow ones left out. */
    readonly p95Ms: number;
}
