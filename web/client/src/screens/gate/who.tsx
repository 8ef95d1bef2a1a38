/** An account as a door names it: plate, name, account. */

import { Plate } from "../../ui/basics.tsx";
import { administrationOf } from "../people.ts";

export function Who({ account, displayName }: { readonly account: string; readonly displayName: string }) {
  return (
    <span class="who row wrap">
      <Plate administration={administrationOf(account)} />
      <b>
        <bdi>{displayName}</bdi>
      </b>
      <bdi class="code quiet" dir="ltr">
        {account}
      </bdi>
    </span>
  );
}
