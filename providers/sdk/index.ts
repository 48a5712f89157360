export * as fly from "./fly";
export * from "./dataFolder";
export * from "./hostReady";
export * from "./keyPair";
export * from "./postgresDatabase";
export * from "./provider";
export * from "./ready";
export * from "./route";
export * from "./secretVolume";
