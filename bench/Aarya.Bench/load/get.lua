-- GET one path over and over.
dofile(os.getenv("BENCH_LOAD") .. "/report.lua")
