import { ledgerContract } from "engine/testing";
import { testLedger } from "../../services/ledger.ts";

ledgerContract("postgres", testLedger);
