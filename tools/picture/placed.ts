import { Box, Point } from "./geometry";
import { AppModel, ServerModel, StoreModel } from "./model";

export interface PlacedApp {
    readonly app: AppModel;
    readonly box: Box;
    /** Where the router's line ends. */
    readonly arrival: Point;
    /** Its routes, broken into lines. */
    readonly lines: readonly string[];
}

export interface PlacedStore {
    readonly store: StoreModel;
    readonly box: Box;
}

export interface PlacedServer {
    readonly server: ServerModel;
    readonly box: Box;
    readonly stores: readonly PlacedStore[];
}
