
import { isJsonObject, parseJson, type Json, type JsonObject } from "../core/json.ts";
import type { Call } from "./call.ts";
