//! What all lists that come in pages can be told.

/// The setters of `page` and `page_size`, for builders that have these members.
macro_rules! paging {
    () => {
        /// The page to return; the first is 1.
        pub const fn page(mut self, page: u64) -> Self {
            self.page = Some(page);
            self
        }

        /// How many rows a page has; 25 unless told.
        pub const fn page_size(mut self, rows: u64) -> Self {
            self.page_size = Some(rows);
            self
        }
    };
}

pub(crate) use paging;
