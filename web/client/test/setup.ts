import { beforeAll } from "vitest";

import { ready } from "../src/crypto/primitives.ts";

beforeAll(ready);
