-- Sends GET for one path repeatedly.
dofile(os.getenv("BENCH_LOAD") .. "/report.lua")
