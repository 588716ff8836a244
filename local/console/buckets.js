"use strict";

// The buckets of the simulated stores: VK Cloud's backups, Yandex's uploads, Supabase's files.
async function showBuckets() {
  const buckets = await get("/_local/buckets");
  $("bucket-list").replaceChildren(...buckets.map((bucket) => {
    const row = make("tr");
    row.append(make("td", bucket.bucket), make("td", String(bucket.objects)), make("td", (bucket.bytes / 1e6).toFixed(2)));
    return row;
  }));
}
