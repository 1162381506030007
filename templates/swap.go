package templates

// RegionID is the DOM id of the part of a page that a stream can replace as a whole.
const RegionID = "region"
