import { defineConfig } from "vitest/config";

// What a campaign has left there is played when it is asked for by name: `npx vitest run reports/failures/<id>`.
const left = process.argv.some(argument => /^(\.\/)?reports\//.test(argument)) ? ["reports/failures/**/*.test.ts"] : [];

export default defineConfig({
  resolve: { conditions: ["millrace-source"] },
  ssr: { resolve: { conditions: ["millrace-source"] } },
  test: {
    include: ["src/**/*.test.ts", "properties/**/*.test.ts", ...left],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    execArgv: ["--conditions=millrace-source"],
  },
});
