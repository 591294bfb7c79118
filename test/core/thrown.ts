import { GatewayError } from "../../src/core/errors.ts";

/** The refusal a function throws. Fails the test when there is none, or when it is a plain bug. */
export function thrownBy(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    return gatewayError(error);
  }
  throw new Error("nothing was thrown");
}

export async function rejectionOf(work: Promise<unknown> | undefined): Promise<GatewayError> {
  try {
    await work;
  } catch (error) {
    return gatewayError(error);
  }
  throw new Error("nothing was thrown");
}

function gatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}
