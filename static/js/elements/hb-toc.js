// Marks, in the table of contents, the section that is being read.

const links = new Map(
  [...document.querySelectorAll(".lesson-toc a[href^='#']")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
);
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);

function mark() {
  const line = innerHeight / 3;
  const current = headings.findLast((heading) => heading.getBoundingClientRect().top <= line);
  for (const [id, link] of links) {
    if (id === current?.id) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  }
}

const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
for (const heading of headings) observer.observe(heading);
