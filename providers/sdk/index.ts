export * from "./postgresDatabase";
export * from "./provider";
export * from "./ready";
export * from "./route";
export * from "./secretVolume";
