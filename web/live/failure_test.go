package live

import "context"

type emptyView struct{ *board }

func (v emptyView) Render(ctx context.Context, components []string) ([]byte, error) {
	_, err := v.board.Render(ctx, components)
	return nil, err
}

func (v emptyView) Region(ctx context.Context) ([]byte, error) {
	_, err := v.board.Region(ctx)
	return nil, err
}
