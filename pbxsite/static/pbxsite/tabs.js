// Tabs of forms: all of them stay in sight, and keys reach them.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // The theme puts tabs away behind dots by a width it measures too early; ours can be scrolled instead.
  document.querySelector("#tabs-dropdown")?.parentElement.remove();
  for (const tab of document.querySelectorAll("nav > a:not([href])")) {
    tab.tabIndex = 0;
    tab.setAttribute("role", "button");
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  if (!event.target.matches("nav > a[role=button]:not([href])")) return;
  event.preventDefault();
  event.target.click();
});
