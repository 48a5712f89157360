import type { Linter } from "eslint";

/** One rule for each layer: what its files may not import. */
export declare const layerRules: Linter.Config[];
